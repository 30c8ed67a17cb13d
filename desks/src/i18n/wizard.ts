// Brings in the words of one area; see index.ts.
import { learn } from "./index";
import { en } from "./wizard.en";
import { zh } from "./wizard.zh";

learn({ zh, en });
