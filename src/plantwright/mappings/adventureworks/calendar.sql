select 'THREE-SHIFT' as code, 'Day, evening and night shift, seven days a week' as name
