-- Once, as superuser on the primary (deploy/README.md says how). Then give each role its password (\password).
-- `house` owns nothing and may write no table; `books` makes the schemas of the register and the books.
CREATE ROLE owner LOGIN;
CREATE ROLE house LOGIN;
CREATE ROLE books LOGIN;
CREATE ROLE replicator LOGIN REPLICATION;
CREATE DATABASE daylight OWNER owner;
REVOKE ALL ON DATABASE daylight FROM PUBLIC;
GRANT CONNECT ON DATABASE daylight TO house, books;
GRANT CREATE ON DATABASE daylight TO books;
