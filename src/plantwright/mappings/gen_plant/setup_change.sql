select 'CO' as matrix, from_family, to_family, duration_s || ' s' as minutes from changeovers
