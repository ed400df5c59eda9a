-- Cases by team and next due moment: the agenda of a team, soonest due first, without a look at its other cases. Only
-- cases pay for it, and of those only the ones with something due (store::Kind::found_by_due). Twin:
-- migrations/postgres/0002_due.sql, when there is one.

CREATE INDEX records_due ON records (parent, due_at) WHERE kind = 7 AND due_at IS NOT NULL;
