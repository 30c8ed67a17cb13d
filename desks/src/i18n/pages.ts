// Brings in the words of one area; see index.ts.
import { learn } from "./index";
import { en } from "./pages.en";
import { zh } from "./pages.zh";

learn({ zh, en });
