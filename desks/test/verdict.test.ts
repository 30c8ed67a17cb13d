import { createApp, h } from "vue";
import { afterEach, expect, it } from "vitest";
import "../src/i18n/pages";
import { lang } from "../src/preferences";
import Verdict from "../src/verify/Verdict.vue";
import type { Found } from "../src/verify/check";

const entry = { v: 1, log: "bid.example.cn/log/a", i: 13, t: 1_772_413_200_000_000, type: "bid.accepted", actor: "bidder:A", data: { ask: {} } };
const archive: Found = {
  kind: "archive",
  origin: "bid.example.cn/log/a",
  size: 14,
  root: "00",
  witnesses: [],
  alone: true,
  missing: [],
  strangers: 0,
  entry,
  raw: null,
  checkpoints: 1,
  signed: 0,
  requests: 0,
  opened: 0,
  claimed: 0,
  complaint: null,
  entries: [],
  status: "running",
};

function shown(found: Found, spoken: "zh" | "en"): { text: string; ok: string | null } {
  lang.value = spoken;
  const place = document.createElement("div");
  const app = createApp({ render: () => h(Verdict, { found, refusal: null }) });
  app.mount(place);
  const [text, ok] = [place.textContent ?? "", place.querySelector("[data-test=verdict]")!.getAttribute("data-ok")];
  app.unmount();
  return { text, ok };
}

afterEach(() => (lang.value = "zh"));

it("an archive: what was checked here, what only Python checks, how far it reaches", () => {
  const zh = shown(archive, "zh").text;
  for (const words of ["签名成立", "到第 13 号记录为止", "仍在进行，尚未结束", "例如宣布结果无效", "本页没有核对", "每条记录是否承接此前的状态", "密封报价开启后与其承诺和记录是否相符", "只有交易中心一方签名"]) {
    expect(zh).toContain(words);
  }
  const en = shown(archive, "en").text;
  for (const words of ["still running, not over", "an annulment for one", "Not checked on this page", "follows from the state before it", "sealed offers open to what was committed to"]) expect(en).toContain(words);
  expect(en).not.toContain("left out");
  expect(zh).not.toContain("公钥不在信任文件中的签名");
  expect(shown({ ...archive, strangers: 2 }, "zh").text).toContain("公钥不在信任文件中的签名（其他见证人、SM2 签名、时间戳，或该行已损坏）未核验：2 行");
});

it("a receipt that waits for its witnesses is neither good nor bad", () => {
  const waiting: Found = { ...archive, kind: "receipt", alone: false, missing: ["office", "notary"], status: null };
  expect(shown(waiting, "zh")).toMatchObject({ ok: "pending", text: expect.stringContaining("尚未签名的见证人：office、notary") });
  expect(shown(waiting, "en").text).toContain("The centre's signature holds; not yet witnessed");
  expect(shown({ ...waiting, missing: [] }, "zh").ok).toBe("true");
});

it("an archive with sealed offers: how many were opened again, and that some were not", () => {
  expect(shown({ ...archive, opened: 2, claimed: 2 }, "zh").text).toContain("重新开启并与承诺相符的密封报价2 / 2");
  expect(shown({ ...archive, opened: 2, claimed: 2 }, "zh").text).not.toContain("没有重新开启");
  expect(shown({ ...archive, opened: 1, claimed: 3 }, "zh").text).toContain("有 2 份密封报价在本页没有重新开启");
});

it("an acknowledgement of a complaint: what it proves, and that nobody had to witness it", () => {
  const complaint = { centre: "bid.example.cn/log", auction: "bid.example.cn/log/a", number: 3n, alias: "07", filed: 1_772_413_200_000_000n, sha256: "ab".repeat(32) };
  const found: Found = { ...archive, kind: "acknowledgement", root: "", size: 0, alone: false, entry: null, status: null, complaint };
  const { text, ok } = shown(found, "zh");
  expect(ok).toBe("true");
  for (const words of ["成立", "交易中心已受理 07 对 bid.example.cn/log/a 提出的第 3 号异议", "不说明异议是否成立"]) expect(text).toContain(words);
  for (const words of ["根散列", "只有交易中心一方签名", "本页没有核对"]) expect(text).not.toContain(words);
  expect(shown(found, "en").text).toContain("The centre has complaint 3 by 07");
});
