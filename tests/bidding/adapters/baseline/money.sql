BEGIN TRANSACTION;
CREATE TABLE guarantees (
	issuer TEXT NOT NULL, 
	number VARCHAR(64) NOT NULL, 
	auction VARCHAR(64) NOT NULL, 
	bidder VARCHAR(32) NOT NULL, 
	amount INTEGER NOT NULL, 
	until INTEGER NOT NULL, 
	nonce VARCHAR(64) NOT NULL, 
	"by" VARCHAR(32) NOT NULL, 
	entry INTEGER, 
	PRIMARY KEY (issuer, number)
);
INSERT INTO "guarantees" VALUES('中行','G1','a','08',10000000000,1760000000000000,'00000000000000000000000000000000','li',NULL);
CREATE TABLE notices (
	id INTEGER NOT NULL, 
	bank VARCHAR(32) NOT NULL, 
	serial VARCHAR(64) NOT NULL, 
	account VARCHAR(16) NOT NULL, 
	payer_account VARCHAR(64) NOT NULL, 
	amount INTEGER NOT NULL, 
	received INTEGER NOT NULL, 
	payer TEXT NOT NULL, 
	told INTEGER NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason TEXT, 
	"by" VARCHAR(32), 
	entry INTEGER, 
	PRIMARY KEY (id), 
	UNIQUE (bank, serial)
);
INSERT INTO "notices" VALUES(1,'icbc','1','6000000000000000','p',10000000000,1760000000000000,'孙某',1760000000000000,'counted',NULL,NULL,9);
CREATE TABLE sub_accounts (
	number VARCHAR(16) NOT NULL, 
	auction VARCHAR(64) NOT NULL, 
	bidder VARCHAR(32) NOT NULL, 
	opened INTEGER NOT NULL, 
	PRIMARY KEY (number), 
	UNIQUE (auction, bidder)
);
INSERT INTO "sub_accounts" VALUES('6000000000000000','a','07',1760000000000000);
CREATE INDEX ix_notices_account ON notices (account);
CREATE INDEX ix_guarantees_auction ON guarantees (auction);
COMMIT;
