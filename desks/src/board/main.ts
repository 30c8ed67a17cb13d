// Opens the public side: mounts its Vue application on the page.
import { createApp } from "vue";
import "../i18n/pages";
import "../i18n/public";
import "../style/tokens.css";
import "../style/page.css";
import "../style/board.css";
import "../style/public.css";
import Desk from "./Desk.vue";

createApp(Desk).mount("#desk");
