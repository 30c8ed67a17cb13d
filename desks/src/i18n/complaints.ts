// Brings in the words of one area; see index.ts.
import { learn } from "./index";
import { en } from "./complaints.en";
import { zh } from "./complaints.zh";

learn({ zh, en });
