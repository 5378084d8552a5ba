select item, seq as sequence, alt_work_center as work_center from operations where alt_work_center <> ''
