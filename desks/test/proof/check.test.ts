// @vitest-environment node
/** A policy that an editor on Windows wrote is the same policy; nothing else in it is forgiven. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { fromBase64, joined, sha256, toBase64, toHex, utf8 } from "../../src/proof/text";
import { auctionOf, check } from "../../src/verify/check";

const golden = (ending: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`../../../tests/golden/0.1.0/witnessed.${ending}`, import.meta.url)));
const archive = golden("session");
const policy = new TextDecoder().decode(golden("policy"));

it("reads a policy with an editor's mark and carriage returns as the one published", async () => {
  const plain = await check(archive, utf8(policy));
  for (const written of [`\ufeff${policy}`, policy.replaceAll("\n", "\r\n")]) {
    expect((await check(archive, utf8(written))).root).toBe(plain.root);
  }
  await expect(check(archive, utf8(policy.replace("\n", "\r")))).rejects.toThrow("control character");
});

it("knows the auction of an archive, and that the remarks on one are none", () => {
  const of = (origin: string): string | null => auctionOf(utf8(`bidding-session-archive/v1\n${origin}\n`));
  expect(of("daylight.local/log/far")).toBe("far");
  expect(of("daylight.local/log/far/notes")).toBeNull();
});

it("refuses a policy in which the log witnesses itself under another name", async () => {
  const vkey = /^log (\S+)$/m.exec(policy)![1]!;
  const material = fromBase64(vkey.split("+").slice(2).join("+"));
  material[0] = 4;
  const id = toHex((await sha256(joined(utf8("office\n"), material))).slice(0, 4));
  const own = `log ${vkey}\nwitness office office+${id}+${toBase64(material)}\nquorum office\n`;
  await expect(check(archive, utf8(own))).rejects.toThrow("the log's own key cannot be a witness");
});

it("tells a file that was written anew from one of another kind", async () => {
  const text = new TextDecoder().decode(archive);
  for (const anew of [text.replaceAll("\n", "\r\n"), `\ufeff${text}`]) {
    await expect(check(utf8(anew), utf8(policy))).rejects.toThrow("line breaks were changed");
  }
  for (const other of ["", "%PDF-1.7\n", text.replace("/v1", "/v2")]) await expect(check(utf8(other), utf8(policy))).rejects.toThrow("neither an archive");
});
