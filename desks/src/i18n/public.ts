// Brings in the words of one area; see index.ts.
import { learn } from "./index";
import { en } from "./public.en";
import { zh } from "./public.zh";

learn({ zh, en });
