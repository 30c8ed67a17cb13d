// Brings in the words of one area; see index.ts.
import { learn } from "./index";
import { en } from "./home.en";
import { zh } from "./home.zh";

learn({ zh, en });
