// Opens the audit desk: mounts its Vue application on the page.
import { createApp } from "vue";
import "../i18n/faces";
import "../i18n/film";
import "../i18n/pages";
import "../style/tokens.css";
import "../style/page.css";
import "../style/board.css";
import "../style/desk.css";
import "../style/room.css";
import "../style/chart.css";
import "../style/faces.css";
import "../style/film.css";
import Desk from "./Desk.vue";

createApp(Desk).mount("#desk");
