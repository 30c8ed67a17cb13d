// Opens the verification page: mounts its Vue application on the page.
import { createApp } from "vue";
import "../i18n/pages";
import "../style/tokens.css";
import "../style/page.css";
import "../style/verify.css";
import Desk from "./Desk.vue";

createApp(Desk).mount("#desk");
