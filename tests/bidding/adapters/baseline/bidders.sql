BEGIN TRANSACTION;
CREATE TABLE complaints (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	auction VARCHAR(64) NOT NULL, 
	account VARCHAR(32) NOT NULL, 
	alias VARCHAR(32) NOT NULL, 
	ref VARCHAR(64) NOT NULL, 
	ground VARCHAR(16) NOT NULL, 
	text TEXT NOT NULL, 
	filed BIGINT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	file BLOB NOT NULL, 
	answer TEXT, 
	answered BIGINT, 
	"by" VARCHAR(64), 
	UNIQUE (account, ref)
);
INSERT INTO "complaints" VALUES(1,'a','sun','07','r1','other','为何',1760000000000000,'0000000000000000000000000000000000000000000000000000000000000000',X'504B','已核实',1760000000000002,'li');
INSERT INTO "complaints" VALUES(2,'a','sun','07','r2','other','为何',1760000000000000,'0000000000000000000000000000000000000000000000000000000000000000',X'504B',NULL,NULL,NULL);
CREATE TABLE preparations (
	account VARCHAR(32) NOT NULL, 
	auction VARCHAR(64) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	at BIGINT NOT NULL, 
	found TEXT NOT NULL, 
	PRIMARY KEY (account, auction, kind)
);
INSERT INTO "preparations" VALUES('sun','a','checked',1760000000000000,'{"clock": "ok", "trip": null}');
CREATE INDEX ix_complaints_account ON complaints (account);
CREATE INDEX ix_complaints_auction ON complaints (auction);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('complaints',2);
COMMIT;
