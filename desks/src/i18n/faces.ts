// Brings in the words of one area; see index.ts.
import { learn } from "./index";
import { en } from "./faces.en";
import { zh } from "./faces.zh";

learn({ zh, en });
