/** A policy that an editor on Windows wrote is the same policy; nothing else in it is forgiven. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { utf8 } from "../../src/proof/text";
import { check } from "../../src/verify/check";

const GOLDEN = new URL("../../../tests/golden/0.1.0/witnessed", import.meta.url).pathname;
const archive = new Uint8Array(readFileSync(`${GOLDEN}.session`));
const policy = readFileSync(`${GOLDEN}.policy`, "utf8");

test("a mark and carriage returns are an editor's, not the policy's", async () => {
  const plain = await check(archive, utf8(policy));
  for (const written of [`\ufeff${policy}`, policy.replaceAll("\n", "\r\n")]) {
    expect((await check(archive, utf8(written))).root).toBe(plain.root);
  }
  await expect(check(archive, utf8(policy.replace("\n", "\r")))).rejects.toThrow("control character");
});
