/**
 * Draws those of nodes/test/fixtures/media that need more than ffmpeg, and writes their lines of the manifest with what exiftool reads in them. Run by hand when a kind is added:
 *
 *   node nodes/test/src/eval/draw-fixtures.ts [NAME…]      (Debian: libavif-bin, libheif-examples, libvips-tools, libopenjp2-tools, imagemagick, ffmpeg, perl)
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { dng } from './dng.ts';
import { MEDIA, readManifest, type ManifestFile } from './manifest.ts';
import { perlExiftool } from './programs.ts';

const temp = mkdtempSync(path.join(tmpdir(), 'mantel-draw-'));
const at = (name: string): string => path.join(temp, name);
const sh = (program: string, ...args: string[]): void => { execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: temp }); };
const exiftool = (...args: string[]): void => { execFileSync('perl', [perlExiftool(), '-q', '-overwrite_original', ...args], { cwd: temp, stdio: ['ignore', 'ignore', 'pipe'] }); };

/** Four colours and a slope: every turn and every swapped channel shows. */
async function scene(width: number, height: number): Promise<Buffer> {
  const rgb = Buffer.alloc(width * height * 3);
  const corners = [[220, 60, 50], [60, 170, 80], [50, 80, 200], [230, 200, 70]] as const;
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
    const c = corners[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)]!;
    for (let i = 0; i < 3; i++) rgb[(y * width + x) * 3 + i] = Math.min(255, c[i]! * (0.75 + 0.35 * (x + y) / (width + height)));
  }
  return rgb;
}
const picture = async (width = 320, height = 240): Promise<Sharp> => sharp(await scene(width, height), { raw: { width, height, channels: 3 } });
const png = async (name = 'scene.png', width = 320, height = 240): Promise<string> => { await (await picture(width, height)).png().toFile(at(name)); return at(name); };
const FACTS = ['-Make=Mantel', '-Model=Camera One', '-EXIF:DateTimeOriginal=2019:06:15 23:45:10', '-EXIF:OffsetTimeOriginal=+02:00', '-ISO=200', '-FNumber=2.8', '-ExposureTime=0.008', '-FocalLength=35'];
const PLACE = ['-GPSLatitude=38.7139', '-GPSLatitudeRef=N', '-GPSLongitude=9.1394', '-GPSLongitudeRef=W', '-GPSAltitude=12.5', '-GPSAltitudeRef=0'];
/** Each of another height: the same bytes would be one asset. */
const jpeg = async (name: string, ...facts: string[]): Promise<void> => {
  await (await picture(320, 240 + 2 * Math.max(0, Object.keys(DRAWINGS).indexOf(name)))).jpeg({ quality: 85 }).toFile(at(name));
  if (facts.length > 0) exiftool(...facts, at(name));
};
const named = (kind: string, taken: string): { kind: string; ours: { taken: string; source: string } } => ({ kind, ours: { taken, source: 'name' } });

interface Drawing extends Partial<Pick<ManifestFile, 'note' | 'ours' | 'folder'>> { kind: string; make(name: string): Promise<void> }
const DRAWINGS: Record<string, Drawing> = {
  'scan.tif': { kind: 'tiff', make: async (n) => { await (await picture()).tiff({ compression: 'deflate' }).toFile(at(n)); exiftool(...FACTS, ...PLACE, '-Title=The old house', at(n)); } },
  'scan-16bit.tif': { kind: 'tiff', make: async (n) => { await png(); sh('vips', 'linear', 'scene.png', 'wide.v', '256', '0'); sh('vips', 'cast', 'wide.v', 'wide16.v', 'ushort'); sh('vips', 'copy', 'wide16.v', 'rgb16.v', '--interpretation', 'rgb16'); sh('vips', 'tiffsave', 'rgb16.v', n, '--compression', 'lzw', '--predictor', 'horizontal'); } },
  'turned.tif': { kind: 'tiff', make: async (n) => { await (await picture()).tiff({ compression: 'jpeg' }).toFile(at(n)); exiftool('-n', '-Orientation=6', at(n)); } },
  'paint.bmp': { kind: 'bmp', make: async (n) => { await png('small.png', 120, 90); sh('convert', 'small.png', '-type', 'TrueColor', n); } },
  'layers.psd': { kind: 'psd', make: async (n) => { await png('small.png', 120, 90); sh('convert', 'small.png', '-compress', 'RLE', n); } },
  'photo.jp2': { kind: 'jp2', make: async (n) => { await png(); sh('convert', 'scene.png', 'scene.ppm'); sh('opj_compress', '-i', 'scene.ppm', '-o', n, '-r', '12'); exiftool(...FACTS, at(n)); } },
  'anim.gif': { kind: 'gif', make: async (n) => { sh('ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc=s=120x90:r=5:d=1', '-y', n); } },
  'still.gif': { kind: 'gif', make: async (n) => { await (await picture()).gif().toFile(at(n)); } },
  'clip.mpg': { kind: 'video', make: async (n) => { sh('ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc=s=160x120:r=25:d=1', '-c:v', 'mpeg1video', '-b:v', '200k', '-y', n); } },
  'dvd.mpg': { kind: 'video', make: async (n) => { sh('ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc=s=160x120:r=25:d=1', '-c:v', 'mpeg2video', '-b:v', '200k', '-f', 'vob', '-y', n); } },
  'black-start.mp4': { kind: 'video', note: 'starts with a second of black', make: async (n) => { sh('ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', 'color=black:s=160x120:r=10:d=1', '-f', 'lavfi', '-i', 'testsrc=s=160x120:r=10:d=2', '-filter_complex', '[0][1]concat=n=2:v=1[v]', '-map', '[v]', '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-y', n); } },
  'deep10.avif': { kind: 'avif', make: async (n) => { await png(); sh('avifenc', '-d', '10', '--min', '20', '--max', '30', 'scene.png', n); } },
  'deep12.avif': { kind: 'avif', make: async (n) => { await png(); sh('avifenc', '-d', '12', '--min', '20', '--max', '30', 'scene.png', n); } },
  'turned.avif': { kind: 'avif', note: 'turned by irot', make: async (n) => { await png(); sh('avifenc', '--irot', '1', '--min', '20', '--max', '30', 'scene.png', n); } },
  'deep10.heic': { kind: 'heic', make: async (n) => { await png(); sh('vips', 'linear', 'scene.png', 'wide.v', '256', '0'); sh('vips', 'cast', 'wide.v', 'wide16.v', 'ushort'); sh('vips', 'copy', 'wide16.v', 'rgb16.v', '--interpretation', 'rgb16'); sh('vips', 'pngsave', 'rgb16.v', 'wide.png', '--bitdepth', '16'); sh('heif-enc', '-q', '60', '-b', '10', 'wide.png', '-o', n); } },
  'p3.jpg': { kind: 'colour', make: async (n) => { await (await picture()).withIccProfile('p3').jpeg({ quality: 85 }).toFile(at(n)); } },
  'p3.png': { kind: 'colour', make: async (n) => { await (await picture(160, 120)).withIccProfile('p3').png().toFile(at(n)); } },
  'gain-map.jpg': { kind: 'colour', note: 'a gain map behind the picture (Ultra HDR)', make: gainMap },
  'camera.dng': { kind: 'raw', make: async (n) => { await raw(n, 1); } },
  'turned.dng': { kind: 'raw', make: async (n) => { await raw(n, 6); } },
  'header-only.dng': { kind: 'broken', note: 'a header without pixels', make: async (n) => { await raw('whole.dng', 1); writeFileSync(at(n), readFileSync(at('whole.dng')).subarray(0, 700)); } },
  'half.jxl': { kind: 'broken', note: 'cut file', make: async (n) => { const whole = readFileSync(path.join(MEDIA, 'real.jxl')); writeFileSync(at(n), whole.subarray(0, whole.length / 2)); } },
  'full.jpg': { kind: 'jpeg', make: (n) => jpeg(n, ...FACTS, ...PLACE, '-LensModel=35mm F2', '-XMP:Rating=5', '-XMP-dc:Title=Harbour', '-XMP-dc:Description=In the evening', '-ImageDescription=In the evening', '-XMP-dc:Subject=sea', '-XMP-dc:Subject=Lisbon', '-XMP-lr:HierarchicalSubject=Places|Portugal|Lisbon') },
  'faces-microsoft.jpg': { kind: 'people', make: (n) => jpeg(n, ...FACTS, '-RegionInfoMP={Regions=[{PersonDisplayName=Ana Silva,Rectangle=0.1\\, 0.2\\, 0.2\\, 0.3}]}') },
  'faces-turned.jpg': { kind: 'people', make: (n) => jpeg(n, ...FACTS, '-Orientation#=6', '-RegionInfo={AppliedToDimensions={W=320,H=240,Unit=pixel},RegionList=[{Name=Bela Costa,Type=Face,Area={X=0.3,Y=0.4,W=0.2,H=0.2,Unit=normalized}}]}') },
  'anim.avif': { kind: 'avif', note: 'a sequence', make: async (n) => { await png('1.png', 160, 120); await (await picture(160, 120)).negate().png().toFile(at('2.png')); sh('avifenc', '--min', '20', '--max', '30', '1.png', '2.png', n); } },
  'grid.avif': { kind: 'avif', note: 'of tiles', make: async (n) => { for (const [i, c] of ['#c03030', '#30a040', '#3050c0', '#d0c040'].entries()) await sharp({ create: { width: 128, height: 128, channels: 3, background: c } }).png().toFile(at(`${i}.png`)); sh('avifenc', '--grid', '2x2', '--min', '20', '--max', '30', '0.png', '1.png', '2.png', '3.png', n); } },
  'IMG_0007.JPG': { kind: 'groups', make: (n) => jpeg(n, '-Make=Mantel', '-Model=Raw One', '-EXIF:DateTimeOriginal=2019:06:15 21:45:10') },
  'IMG_0007.DNG': { kind: 'groups', note: 'part: raw', make: (n) => raw(n, 1, 128) },
  'IMG_0420.JPG': { kind: 'groups', make: (n) => jpeg(n, ...FACTS, '-EXIF:DateTimeOriginal=2020:01:02 03:04:05', '-EXIF:OffsetTimeOriginal=+01:00') },
  'IMG_E0420.JPG': { kind: 'groups', note: 'part: edited', make: async (n) => { await (await picture(320, 200)).modulate({ saturation: 0.2 }).jpeg().toFile(at(n)); exiftool(...FACTS, '-EXIF:DateTimeOriginal=2020:01:02 03:04:05', '-EXIF:OffsetTimeOriginal=+01:00', at(n)); } },
  'side-dk.jpg': { kind: 'sidecar', make: (n) => jpeg(n) },
  'side-dk.jpg.xmp': { kind: 'sidecar', make: digikam },
  'side-dt.jpg': { kind: 'sidecar', make: (n) => jpeg(n) },
  'IMG-20190615-WA0001.jpg': { ...named('names', '2019-06-15'), make: (n) => jpeg(n) },
  '20190615_214510.jpg': { ...named('names', '2019-06-15T21:45:10'), make: (n) => jpeg(n) },
  'PXL_20210615_214510123.jpg': { ...named('names', '2021-06-15T21:45:10'), make: (n) => jpeg(n) },
  'Screenshot_20190615-214511.png': { ...named('names', '2019-06-15T21:45:11'), make: async (n) => { await (await picture(90, 160)).png({ palette: true }).toFile(at(n)); } },
  'signal-2021-03-04-101112.jpg': { ...named('names', '2021-03-04T10:11:12'), make: (n) => jpeg(n) },
  'VID_20190615_214510.mp4': { ...named('names', '2019-06-15T21:45:10'), make: async (n) => { sh('ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc=s=160x120:r=10:d=1', '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-y', n); } },
  'scan 001.jpg': { kind: 'names', folder: 'Albums/1987 Hochzeit', ours: { taken: '1987', source: 'folder' }, make: (n) => jpeg(n) },
};

/** As digiKam writes beside a photo: tags in three dialects, a face, a date without a zone, a description in two languages. */
function digikam(name: string): Promise<void> {
  writeFileSync(at(name), `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
  xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:digiKam="http://www.digikam.org/ns/1.0/" xmlns:lr="http://ns.adobe.com/lightroom/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#" xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#"
  exif:DateTimeOriginal="1999-12-31T23:58:00" xmp:Rating="4" exif:GPSLatitude="38,42.834N" exif:GPSLongitude="9,8.364W">
  <digiKam:TagsList><rdf:Seq><rdf:li>People/Ana Silva</rdf:li><rdf:li>Events/New Year</rdf:li></rdf:Seq></digiKam:TagsList>
  <lr:hierarchicalSubject><rdf:Bag><rdf:li>People|Ana Silva</rdf:li><rdf:li>Events|New Year</rdf:li></rdf:Bag></lr:hierarchicalSubject>
  <dc:subject><rdf:Bag><rdf:li>Ana Silva</rdf:li><rdf:li>New Year</rdf:li></rdf:Bag></dc:subject>
  <dc:description><rdf:Alt><rdf:li xml:lang="x-default">Fireworks &amp; friends</rdf:li><rdf:li xml:lang="de">Feuerwerk</rdf:li></rdf:Alt></dc:description>
  <mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:AppliedToDimensions stDim:w="320" stDim:h="240" stDim:unit="pixel"/><mwg-rs:RegionList><rdf:Bag><rdf:li><rdf:Description mwg-rs:Name="Ana Silva" mwg-rs:Type="Face"><mwg-rs:Area stArea:x="0.5" stArea:y="0.4" stArea:w="0.2" stArea:h="0.3" stArea:unit="normalized"/></rdf:Description></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>
`);
  return Promise.resolve();
}

async function raw(name: string, orientation: number, width = 96): Promise<void> {
  const jpegBytes = await (await picture(320, 240)).jpeg({ quality: 85 }).toBuffer();
  writeFileSync(at(name), dng({ preview: { jpeg: jpegBytes, width: 320, height: 240 }, sensor: { rgb: await scene(width, width * 0.75), width, height: width * 0.75 }, orientation }));
}

/** As phones write Ultra HDR: a directory in XMP, the gain map as a second JPEG behind the first. */
async function gainMap(name: string): Promise<void> {
  const map = await sharp({ create: { width: 80, height: 60, channels: 3, background: '#808080' } }).greyscale().jpeg().toBuffer();
  writeFileSync(at('gain.xmp'), `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:Item="http://ns.google.com/photos/1.0/container/item/" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"><Container:Directory><rdf:Seq><rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="Primary" Item:Mime="image/jpeg"/></rdf:li><rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="GainMap" Item:Mime="image/jpeg" Item:Length="${map.length}"/></rdf:li></rdf:Seq></Container:Directory></rdf:Description></rdf:RDF></x:xmpmeta>`);
  await jpeg('plain.jpg', ...FACTS);
  exiftool('-xmp<=gain.xmp', at('plain.jpg'));
  writeFileSync(at(name), Buffer.concat([readFileSync(at('plain.jpg')), map]));
}

const TAGS = ['DateTimeOriginal', 'CreateDate', 'ModifyDate', 'CreationDate', 'OffsetTimeOriginal', 'OffsetTime', 'SubSecTimeOriginal', 'GPSLatitude', 'GPSLongitude', 'GPSAltitude', 'Make', 'Model', 'LensModel', 'Orientation', 'Rotation',
  'ImageWidth', 'ImageHeight', 'Rating', 'Keywords', 'Subject', 'HierarchicalSubject', 'Title', 'Description', 'ImageDescription', 'Caption-Abstract', 'PersonInImage', 'RegionName', 'RegionPersonDisplayName', 'ContentIdentifier', 'MediaGroupUUID',
  'MotionPhoto', 'MicroVideo', 'MIMEType', 'FileType', 'Duration', 'VideoFrameRate', 'CompressorID', 'HandlerType', 'ISO', 'FNumber', 'ExposureTime', 'FocalLength', 'ColorSpace', 'ProfileDescription', 'Warning', 'Error'];
function expected(file: string): Record<string, unknown> {
  let out: string;
  try { out = execFileSync('perl', [perlExiftool(), '-j', '-n', '-api', 'QuickTimeUTC=1', ...TAGS.map((t) => `-${t}`), file], { env: { ...process.env, TZ: 'UTC' }, stdio: ['ignore', 'pipe', 'ignore'] }).toString(); } catch (e) { out = String((e as { stdout: Buffer }).stdout); } // exit code 1: it says Error in the JSON
  const { SourceFile: _, ...facts } = (JSON.parse(out) as Record<string, unknown>[])[0]!;
  return facts;
}

const wanted = process.argv.slice(2);
const manifest = readManifest(MEDIA);
const lines = new Map(manifest.map((f) => [f.file, f]));
try {
  for (const [name, { make, ...rest }] of Object.entries(DRAWINGS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    await make(name);
    const bytes = readFileSync(at(name));
    writeFileSync(path.join(MEDIA, name), bytes);
    lines.set(name, { file: name, ...rest, sha256: createHash('sha256').update(bytes).digest('hex'), expected: expected(path.join(MEDIA, name)) });
    console.log(`${String(bytes.length).padStart(7)}  ${name}`);
  }
} finally {
  rmSync(temp, { recursive: true, force: true });
}
// names of people were not part of the first readings
for (const f of manifest.filter((m) => m.kind === 'tags')) f.expected = { ...f.expected, ...Object.fromEntries(Object.entries(expected(path.join(MEDIA, f.file))).filter(([k]) => k.startsWith('Region'))) };
const made = 'exiftool -n -api QuickTimeUTC=1, TZ=UTC (QuickTime dates are UTC; EXIF dates are as written)';
writeFileSync(path.join(MEDIA, 'MANIFEST.json'), `{\n "made": ${JSON.stringify(made)},\n "files": [\n${[...lines.values()].toSorted((a, b) => (a.file < b.file ? -1 : 1)).map((f) => `  ${JSON.stringify(f)}`).join(',\n')}\n ]\n}\n`);
