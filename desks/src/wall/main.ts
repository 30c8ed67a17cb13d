// Opens the hall's screen: mounts its Vue application on the page.
import { createApp } from "vue";
import "../i18n/wall";
import "../style/tokens.css";
import "../style/page.css";
import "../style/chart.css";
import "../style/wall.css";
import Desk from "./Desk.vue";

createApp(Desk).mount("#desk");
