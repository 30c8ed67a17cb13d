BEGIN TRANSACTION;
CREATE TABLE accounts (
	account VARCHAR(32) NOT NULL, 
	name TEXT NOT NULL, 
	roles TEXT NOT NULL, 
	verifier TEXT NOT NULL, 
	disabled BOOLEAN NOT NULL, 
	PRIMARY KEY (account)
);
INSERT INTO "accounts" VALUES('li','李某','staff','verifier',0);
INSERT INTO "accounts" VALUES('sun','李某','bidder','verifier',0);
INSERT INTO "accounts" VALUES('zhou','李某','bidder','verifier',0);
CREATE TABLE applications (
	id VARCHAR(32) NOT NULL, 
	auction VARCHAR(64) NOT NULL, 
	account VARCHAR(32) NOT NULL, 
	alias VARCHAR(16) NOT NULL, 
	lot VARCHAR(64), 
	created INTEGER NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	paddle VARCHAR(32), 
	priority INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (auction, account), 
	FOREIGN KEY(account) REFERENCES accounts (account)
);
INSERT INTO "applications" VALUES('x1','a','sun','A1001',NULL,1760000000000000,'admitted','07',0);
CREATE TABLE bank_notices (
	number INTEGER NOT NULL, 
	bank_ref VARCHAR(128) NOT NULL, 
	auction VARCHAR(64) NOT NULL, 
	bidder VARCHAR(32) NOT NULL, 
	amount INTEGER NOT NULL, 
	received INTEGER NOT NULL, 
	counted INTEGER, 
	PRIMARY KEY (number), 
	UNIQUE (bank_ref)
);
INSERT INTO "bank_notices" VALUES(1,'icbc:1','a','07',10000000000,1760000000000000,9);
CREATE TABLE drafts (
	id VARCHAR(32) NOT NULL, 
	proposer VARCHAR(32) NOT NULL, 
	fields TEXT NOT NULL, 
	writers TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	submitted_by VARCHAR(32), 
	approver VARCHAR(32), 
	sha256 VARCHAR(64), 
	auction VARCHAR(64), 
	returned TEXT, 
	updated INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(proposer) REFERENCES accounts (account)
);
INSERT INTO "drafts" VALUES('d1','li','{"terms": {"步": [1, null]}}','li','draft',NULL,NULL,NULL,NULL,NULL,1760000000000000,0);
CREATE TABLE house (
	schema_version INTEGER NOT NULL
);
INSERT INTO "house" VALUES(1);
CREATE TABLE seats (
	auction VARCHAR(64) NOT NULL, 
	paddle VARCHAR(32) NOT NULL, 
	account VARCHAR(32) NOT NULL, 
	lot VARCHAR(64), 
	salt BLOB NOT NULL, 
	admitted BOOLEAN NOT NULL, 
	PRIMARY KEY (auction, paddle), 
	UNIQUE (auction, account), 
	FOREIGN KEY(account) REFERENCES accounts (account)
);
INSERT INTO "seats" VALUES('a','07','sun',NULL,X'7373737373737373737373737373737373737373737373737373737373737373',1);
CREATE TABLE sign_ins (
	id VARCHAR(32) NOT NULL, 
	"key" BLOB NOT NULL, 
	account VARCHAR(32) NOT NULL, 
	created INTEGER NOT NULL, 
	last_seen INTEGER NOT NULL, 
	user_agent TEXT NOT NULL, 
	address TEXT NOT NULL, 
	revoked INTEGER, 
	PRIMARY KEY (id), 
	UNIQUE ("key"), 
	FOREIGN KEY(account) REFERENCES accounts (account)
);
INSERT INTO "sign_ins" VALUES('s1',X'6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B','sun',1760000000000000,1760000000000000,'agent','::1',NULL);
CREATE INDEX ix_sign_ins_account ON sign_ins (account);
CREATE INDEX seats_by_account ON seats (account);
COMMIT;
