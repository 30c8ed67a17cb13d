// Opens the room desk: mounts its Vue application on the page.
import { createApp } from "vue";
import Desk from "./Desk.vue";

createApp(Desk).mount("#desk");
