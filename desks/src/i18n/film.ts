// Brings in the words of one area; see index.ts.
import { learn } from "./index";
import { en } from "./film.en";
import { zh } from "./film.zh";

learn({ zh, en });
