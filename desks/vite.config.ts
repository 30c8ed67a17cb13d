// How the desks become the files the server hands out.
// One page a desk, so that a phone in the bidder's room never loads the staff's forms.
// Under the strict content policy nothing may be inline: every script and sheet is a hashed file.
import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: "/static/",
  plugins: [vue()],
  resolve: { alias: { "@": here("./src") } },
  define: {
    __VUE_OPTIONS_API__: "false",
    __VUE_PROD_DEVTOOLS__: "false",
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
  },
  build: {
    outDir: here("../bidding/web/static"),
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: { polyfill: false }, // a hint: where it is not known, the page loads all the same
    target: "es2022",
    assetsInlineLimit: 0, // a data: font or script would need a wider policy
    rolldownOptions: {
      // What pages share, they share in few files: many small ones weigh more on a phone's line.
      output: {
        codeSplitting: {
          groups: [
            { name: "common", priority: 3, test: /node_modules\/@?vue|src\/(i18n\/(index|zh|en)|http|links|preferences|session|time|wire|money|parts\/(Icon|icons|TopBar|Hash|Apply))\b/ },
            { name: "proof", priority: 2, test: /src\/proof\//, minShareCount: 3 },
            { name: "room", priority: 1, test: /src\/(room\/(?!main)|escrow)/, minShareCount: 2 },
          ],
        },
      },
      input: {
        board: here("./board.html"),
        home: here("./home.html"),
        practice: here("./practice.html"),
        room: here("./room.html"),
        staff: here("./staff.html"),
        auditor: here("./auditor.html"),
        verify: here("./verify.html"),
        oversight: here("./oversight.html"),
        wall: here("./wall.html"),
      },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
  },
});
