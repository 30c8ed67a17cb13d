// Opens the bidder's room: mounts its Vue application on the page.
import { createApp } from "vue";
import "../i18n/faces";
import "../style/tokens.css";
import "../style/page.css";
import "../style/room.css";
import "../style/chart.css";
import "../style/faces.css";
import Desk from "./Desk.vue";

createApp(Desk).mount("#desk");
