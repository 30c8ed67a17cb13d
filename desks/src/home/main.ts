// Opens the bidder's own desk: mounts its Vue application on the page.
import { createApp } from "vue";
import "../i18n/pages";
import "../i18n/home";
import "../i18n/complaints";
import "../style/tokens.css";
import "../style/page.css";
import "../style/room.css";
import "../style/complaints.css";
import "../style/home.css";
import Desk from "./Desk.vue";

createApp(Desk).mount("#desk");
