import sharp from "sharp";

/** Files that people send: drawn here, so that nothing has to be fetched. */
export interface Files {
  image: Buffer;
  sticker: Buffer;
  voice: Buffer;
  document: Buffer;
}

const parcel = `<svg xmlns="http://www.w3.org/2000/svg" width="1024" height="768">
<defs><linearGradient id="w" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#dfe5e8"/><stop offset="1" stop-color="#b9c3c7"/></linearGradient></defs>
<rect width="1024" height="768" fill="url(#w)"/><rect y="560" width="1024" height="208" fill="#8a7766"/>
<polygon points="260,300 640,260 780,340 400,400" fill="#d9b284"/><polygon points="260,300 400,400 400,650 260,530" fill="#b98d5c"/>
<polygon points="400,400 780,340 780,570 400,650" fill="#cba06f"/><polygon points="430,283 500,275 640,362 570,373" fill="#efe3cf"/>
<polygon points="570,373 640,362 640,440 570,452" fill="#efe3cf"/><polygon points="690,520 780,470 780,570 700,587" fill="#7c5c39"/>
<polygon points="450,460 545,445 545,520 450,537" fill="#f7f5f0"/><path d="M462 480 L532 468 M462 498 L520 488 M462 515 L505 508" stroke="#555" stroke-width="5"/></svg>`;

const thumb = `<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512"><circle cx="256" cy="256" r="220" fill="#0b7268"/>
<path d="M160 262 L232 334 L362 188" stroke="#fff" stroke-width="44" fill="none" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

let drawn: Promise<Files> | undefined;

/** Drawn once, when first needed. */
export function files(): Promise<Files> {
  drawn ??= draw();
  return drawn;
}

async function draw(): Promise<Files> {
  const [image, sticker] = await Promise.all([
    sharp(Buffer.from(parcel)).jpeg({ quality: 82 }).toBuffer(),
    sharp(Buffer.from(thumb)).webp().toBuffer(),
  ]);
  return { image, sticker, voice: voiceNote(), document: invoice() };
}

/** Four seconds of something like a voice: a WAV of 8 kHz, 16 bit, mono. */
function voiceNote(): Buffer {
  const [rate, seconds] = [8_000, 4];
  const samples = rate * seconds;
  const data = Buffer.alloc(samples * 2);
  for (let index = 0; index < samples; index++) {
    const time = index / rate;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 3.1 * time)) * (0.4 + 0.6 * Math.abs(Math.sin(time * 1.7)));
    const pitch = 150 + 25 * Math.sin(time * 2.3);
    const wave = Math.sin(2 * Math.PI * pitch * time) + 0.5 * Math.sin(4 * Math.PI * pitch * time);
    data.writeInt16LE(Math.round(wave * syllable * 12_000), index * 2);
  }
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

/** A page with two lines. */
function invoice(): Buffer {
  const text = "BT /F1 18 Tf 60 760 Td (Order 10482) Tj 0 -30 Td (1 x desk lamp, oak: 79.00) Tj ET";
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let body = "%PDF-1.4\n";
  const places = objects.map((object, index) => {
    const place = body.length;
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const table = places.map((place) => `${String(place).padStart(10, "0")} 00000 n \n`).join("");
  const end = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`;
  return Buffer.from(
    `${body}${end}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`,
  );
}

export const fileAbout = {
  image: { mime: "image/jpeg", name: "parcel.jpg" },
  sticker: { mime: "image/webp", name: "ok.webp" },
  voice: { mime: "audio/wav", name: "voice.wav" },
  document: { mime: "application/pdf", name: "order-10482.pdf" },
} as const;

export const place = {
  lat: 52.520008,
  lng: 13.404954,
  label: "Shop at the square",
  address: "Alexanderplatz 1, Berlin",
};
export const card = { first: "Nadia", last: "Brandt", phone: "+4915112340099" };
