/**
 * The size that catalogues show instead of the exact one: rounded up as Padme does, which leaks O(log log n) bits
 * (Nikitin et al., PoPETs 2019). As Go's `filetype.SizeBucket`, for sizes below 2^64.
 */
export function sizeBucket(size: bigint): bigint {
  if (size < 2n) return size;
  const exponent = bitLength(size) - 1;
  const mantissa = bitLength(BigInt(exponent));
  if (mantissa > exponent) return size;
  const mask = (1n << BigInt(exponent - mantissa)) - 1n;
  const rounded = (size + mask) & ~mask;
  return rounded > largest ? largest : rounded;
}

const largest = 2n ** 64n - 1n;

function bitLength(value: bigint): number {
  return value.toString(2).length;
}
