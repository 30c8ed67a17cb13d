// Opens a practice room: the bidder's room itself, under a bar that never lets one forget what it is.
import { createApp } from "vue";
import "../i18n/faces";
import "../i18n/practice";
import "../style/tokens.css";
import "../style/page.css";
import "../style/room.css";
import "../style/chart.css";
import "../style/faces.css";
import "../style/practice.css";
import Desk from "./Desk.vue";

createApp(Desk).mount("#desk");
