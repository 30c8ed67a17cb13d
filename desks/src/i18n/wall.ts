// Brings in the words of one area; see index.ts.
import { learn } from "./index";
import { en } from "./wall.en";
import { zh } from "./wall.zh";

learn({ zh, en });
