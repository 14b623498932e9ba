/** The polynomial of Ethernet, zip and PNG, its bits reversed. */
const polynomial = 0xedb88320;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ polynomial : byte >>> 1;
  return byte;
});

/** The CRC-32 of bytes given as a text of characters below 256 (ISO 3309), or of a longer text whose beginning has the checksum `start`. */
export function crc32(bytes: string, start = 0): number {
  let sum = ~start;
  for (let i = 0; i < bytes.length; i++) sum = (sum >>> 8) ^ table[(sum ^ bytes.charCodeAt(i)) & 0xff];
  return ~sum >>> 0;
}
