// Brings in the words of one area; see index.ts.
import { learn } from "./index";
import { en } from "./practice.en";
import { zh } from "./practice.zh";

learn({ zh, en });
