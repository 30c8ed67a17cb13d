// @vitest-environment node
/** A policy that an editor on Windows wrote is the same policy; nothing else in it is forgiven. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { utf8 } from "../../src/proof/text";
import { check } from "../../src/verify/check";

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

it("tells a file that was written anew from one of another kind", async () => {
  const text = new TextDecoder().decode(archive);
  for (const anew of [text.replaceAll("\n", "\r\n"), `\ufeff${text}`]) {
    await expect(check(utf8(anew), utf8(policy))).rejects.toThrow("line breaks were changed");
  }
  for (const other of ["", "%PDF-1.7\n", text.replace("/v1", "/v2")]) await expect(check(utf8(other), utf8(policy))).rejects.toThrow("neither an archive");
});
