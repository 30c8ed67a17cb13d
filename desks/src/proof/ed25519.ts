/**
 * Which Ed25519 public keys are let in: canonical, on the curve, not of low order.
 * Libraries disagree on signatures under odd keys, and with a low-order key one signature can hold for every text.
 * It is not a signature scheme: WebCrypto verifies.
 */

import { Refusal } from "./text";

const P = 2n ** 255n - 19n;
const D = mod(-121665n * power(121666n, P - 2n));
/** The y of a point of order 8; with 0, 1, -1 and its negative, all points whose order divides 8. */
const Y8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;
const LOW_ORDER = [0n, 1n, P - 1n, Y8, P - Y8];

/** Raises Refusal unless this public key (RFC 8032 section 5.1.2) is sound. */
export function admit(key: Uint8Array): void {
  if (key.length !== 32) throw new Refusal("an Ed25519 public key has 32 bytes", "Ed25519 公钥应为 32 字节");
  let y = 0n;
  for (let at = 31; at >= 0; at -= 1) y = (y << 8n) | BigInt(key[at]!);
  y &= 2n ** 255n - 1n;
  if (y >= P) throw new Refusal("non-canonical Ed25519 public key", "Ed25519 公钥写法不规范");
  if (LOW_ORDER.includes(y)) throw new Refusal("low-order Ed25519 public key", "Ed25519 公钥阶数过低，不能采用");
  // On the curve x*x = (y*y - 1) / (d*y*y + 1); Euler's criterion tells a square.
  const square = mod((y * y - 1n) * power(mod(D * y * y + 1n), P - 2n));
  if (power(square, (P - 1n) / 2n) !== 1n) throw new Refusal("no point of the Ed25519 curve", "公钥不是 Ed25519 曲线上的点");
}

function mod(value: bigint): bigint {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}

function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, mod(base)];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}
