BEGIN TRANSACTION;
CREATE TABLE lead_steps (
	lead VARCHAR(32) NOT NULL, 
	number INTEGER NOT NULL, 
	turn VARCHAR(16) NOT NULL, 
	text TEXT NOT NULL, 
	"by" VARCHAR(32) NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	at INTEGER NOT NULL, 
	shown TEXT NOT NULL, 
	finding VARCHAR(16), 
	PRIMARY KEY (lead, number)
);
INSERT INTO "lead_steps" VALUES('00000000000000000000000000000000',0,'asked','为何？','wang','auditor',1760000000000000,'2',NULL);
CREATE TABLE results (
	number INTEGER NOT NULL, 
	id VARCHAR(32) NOT NULL, 
	title TEXT NOT NULL, 
	category VARCHAR(16) NOT NULL, 
	centre TEXT NOT NULL, 
	closed INTEGER NOT NULL, 
	deals INTEGER NOT NULL, 
	amount INTEGER NOT NULL, 
	start INTEGER, 
	budget INTEGER, 
	source TEXT NOT NULL, 
	"by" VARCHAR(32) NOT NULL, 
	at INTEGER NOT NULL, 
	PRIMARY KEY (number), 
	UNIQUE (id)
);
INSERT INTO "results" VALUES(1,'abababababababab','甲','land','揭阳',1760000000000000,2,70000000000,600,NULL,'公开统计','li',1760000000000000);
CREATE TABLE withdrawals (
	result VARCHAR(32) NOT NULL, 
	reason TEXT NOT NULL, 
	"by" VARCHAR(32) NOT NULL, 
	at INTEGER NOT NULL, 
	PRIMARY KEY (result), 
	FOREIGN KEY(result) REFERENCES results (id)
);
INSERT INTO "withdrawals" VALUES('abababababababab','录错','zhao',1760000000000001);
CREATE TRIGGER results_no_update BEFORE UPDATE ON results BEGIN SELECT RAISE(ABORT, 'nothing is changed here'); END;
CREATE TRIGGER results_no_delete BEFORE DELETE ON results BEGIN SELECT RAISE(ABORT, 'nothing is changed here'); END;
CREATE TRIGGER withdrawals_no_update BEFORE UPDATE ON withdrawals BEGIN SELECT RAISE(ABORT, 'nothing is changed here'); END;
CREATE TRIGGER withdrawals_no_delete BEFORE DELETE ON withdrawals BEGIN SELECT RAISE(ABORT, 'nothing is changed here'); END;
CREATE TRIGGER lead_steps_no_update BEFORE UPDATE ON lead_steps BEGIN SELECT RAISE(ABORT, 'nothing is changed here'); END;
CREATE TRIGGER lead_steps_no_delete BEFORE DELETE ON lead_steps BEGIN SELECT RAISE(ABORT, 'nothing is changed here'); END;
COMMIT;
