-- Version 3: a list of jobs does not look at the runs that MLflow clients made by themselves, however many these are.
CREATE INDEX runsOfJobs ON runs(serial) WHERE kind = 'Command' AND isDeleted = 0;
