// Opens the staff's desk: mounts its Vue application on the page.
import { createApp } from "vue";
import "../i18n/complaints";
import "../i18n/faces";
import "../i18n/office";
import "../i18n/pages";
import "../i18n/wall";
import "../i18n/wizard";
import "../style/tokens.css";
import "../style/page.css";
import "../style/room.css";
import "../style/chart.css";
import "../style/desk.css";
import "../style/office.css";
import "../style/wizard.css";
import "../style/complaints.css";
import Desk from "./Desk.vue";

createApp(Desk).mount("#desk");
