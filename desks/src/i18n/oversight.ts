// Brings in the words of one area; see index.ts.
import { learn } from "./index";
import { en } from "./oversight.en";
import { zh } from "./oversight.zh";

learn({ zh, en });
