// Brings in the words of one area; see index.ts.
import { learn } from "./index";
import { en } from "./office.en";
import { zh } from "./office.zh";

learn({ zh, en });
