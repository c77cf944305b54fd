// Takes the files out of a .zip (those that its list at the end names; stored or deflated, no encryption, no zip64).
const ZIP_AT_MOST = 512 * 1024 * 1024;

async function filesInZip(zip) {
  const spoilt = (why) => new Misread(`${zip.name} can't be unpacked: ${why}. Unpack it yourself, and open the folder.`);
  if (zip.size > ZIP_AT_MOST) throw spoilt("it is too large");
  const bytes = new DataView(await zip.arrayBuffer());
  try {
    let end = bytes.byteLength - 22;
    while (end >= 0 && bytes.getUint32(end, true) !== 0x06054b50) end -= 1;
    if (end < 0) throw spoilt("it is no zip, or was cut off");
    const found = [];
    let at = bytes.getUint32(end + 16, true);
    let left = ZIP_AT_MOST;
    for (let number = bytes.getUint16(end + 10, true); number > 0; number -= 1) {
      if (bytes.getUint32(at, true) !== 0x02014b50) throw spoilt("its list of files is damaged");
      const [flags, method] = [bytes.getUint16(at + 8, true), bytes.getUint16(at + 10, true)];
      const [packed, size] = [bytes.getUint32(at + 20, true), bytes.getUint32(at + 24, true)];
      const [named, extra, comment] = [28, 30, 32].map((each) => bytes.getUint16(at + each, true));
      const path = new TextDecoder().decode(new Uint8Array(bytes.buffer, at + 46, named));
      const local = bytes.getUint32(at + 42, true);
      at += 46 + named + extra + comment;
      if (path.endsWith("/")) continue;
      if (flags & 1 || (method !== 0 && method !== 8)) throw spoilt("it is encrypted, or packed in an uncommon way");
      left -= size;
      if (left < 0) throw spoilt("what is in it is too large");
      const start = local + 30 + bytes.getUint16(local + 26, true) + bytes.getUint16(local + 28, true);
      const content = new Uint8Array(bytes.buffer, start, packed);
      found.push({ path, file: await unpacked(content, method, size, spoilt) });
    }
    return found;
  } catch (error) {
    throw error instanceof RangeError ? spoilt("it was cut off") : error;
  }
}

// No more than the size that the list gives is taken out, however much there is.
async function unpacked(content, method, size, spoilt) {
  if (method === 0) return new Blob([content]);
  const reader = new Blob([content]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts = [];
  let taken = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      taken += part.value.length;
      if (taken > size) break;
      parts.push(part.value);
    }
  } catch {
    taken = -1;
  }
  if (taken !== size) {
    reader.cancel().catch(() => {});
    throw spoilt("what is in it is damaged");
  }
  return new Blob(parts);
}
