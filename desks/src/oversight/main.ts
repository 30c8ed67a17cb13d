// Opens the overseers' desk: mounts its Vue application on the page.
import { createApp } from "vue";
import "../i18n/oversight";
import "../style/tokens.css";
import "../style/page.css";
import "../style/desk.css";
import "../style/oversight.css";
import Desk from "./Desk.vue";

createApp(Desk).mount("#desk");
