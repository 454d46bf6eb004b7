/** How exports look in the language of an account. `#`: the year. The last one does not exist: its words stand in no list, so that only structure can tell. */
export interface Locale { code: string; root: string; year: string; albumJson: string; edited: string; untitled: string; archive: string; trash: string; locked: string | null }
export const LOCALES: readonly Locale[] = [
  { code: 'en', root: 'Google Photos', year: 'Photos from #', albumJson: 'metadata.json', edited: '-edited', untitled: 'Untitled', archive: 'Archive', trash: 'Bin', locked: 'Locked Folder' },
  { code: 'de', root: 'Google Fotos', year: 'Fotos von #', albumJson: 'Metadaten.json', edited: '-bearbeitet', untitled: 'Unbenannt', archive: 'Archiv', trash: 'Papierkorb', locked: 'Gesperrter Ordner' },
  { code: 'fr', root: 'Google Photos', year: 'Photos de #', albumJson: 'métadonnées.json', edited: '-modifié', untitled: 'Sans titre', archive: 'Archive', trash: 'Corbeille', locked: 'Dossier verrouillé' },
  { code: 'es', root: 'Google Fotos', year: 'Fotos de #', albumJson: 'metadatos.json', edited: '-ha editado', untitled: 'Sin título', archive: 'Archivo', trash: 'Papelera', locked: null },
  { code: 'it', root: 'Google Foto', year: 'Foto dal #', albumJson: 'metadati.json', edited: '-modificato', untitled: 'Senza titolo', archive: 'Archivio', trash: 'Cestino', locked: null },
  { code: 'nl', root: "Google Foto's", year: "Foto's uit #", albumJson: 'metagegevens.json', edited: '-bewerkt', untitled: 'Naamloos', archive: 'Archief', trash: 'Prullenbak', locked: null },
  { code: 'pt', root: 'Google Fotos', year: 'Fotos de #', albumJson: 'metadados.json', edited: '-editado', untitled: 'Sem título', archive: 'Arquivo', trash: 'Lixeira', locked: null },
  { code: 'pl', root: 'Zdjęcia Google', year: 'Zdjęcia z #', albumJson: 'metadane.json', edited: '-edytowane', untitled: 'Bez tytułu', archive: 'Archiwum', trash: 'Kosz', locked: null },
  { code: 'ru', root: 'Google Фото', year: 'Фото #', albumJson: 'метаданные.json', edited: '-измененный', untitled: 'Без названия', archive: 'Архив', trash: 'Корзина', locked: null },
  { code: 'cs', root: 'Fotky Google', year: 'Fotky z roku #', albumJson: 'metadata.json', edited: '-upravené', untitled: 'Bez názvu', archive: 'Archiv', trash: 'Koš', locked: null },
  { code: 'fi', root: 'Google Kuvat', year: 'Kuvat vuodelta #', albumJson: 'metatiedot.json', edited: '-muokattu', untitled: 'Nimetön', archive: 'Arkisto', trash: 'Roskakori', locked: null },
  { code: 'tr', root: 'Google Fotoğraflar', year: '# yılından fotoğraflar', albumJson: 'meta veriler.json', edited: '-düzenlendi', untitled: 'Adsız', archive: 'Arşiv', trash: 'Çöp Kutusu', locked: null },
  { code: 'ja', root: 'Google フォト', year: '# 年の写真', albumJson: 'メタデータ.json', edited: '-編集済み', untitled: '無題', archive: 'アーカイブ', trash: 'ゴミ箱', locked: null },
  { code: 'zh', root: 'Google 相册', year: '# 年的照片', albumJson: '元数据.json', edited: '-已修改', untitled: '未命名', archive: '归档', trash: '回收站', locked: null },
  { code: 'th', root: 'Google รูปภาพ', year: 'รูปภาพจาก #', albumJson: 'ข้อมูลเมตา.json', edited: '-แก้ไขแล้ว', untitled: 'ไม่มีชื่อ', archive: 'ที่เก็บถาวร', trash: 'ถังขยะ', locked: null },
  { code: 'xx', root: 'Google Zorbel', year: 'Zorbel ov # blip', albumJson: 'zibbel.json', edited: '-zobbed', untitled: 'Blorp', archive: 'Kvalt', trash: 'Vurf', locked: null },
];
/** `2017`: albums in a wrapper, old names of sidecars, data in the folders of years; `2020`: old names; `2024`: new names. */
export type Era = '2017' | '2020' | '2024';
export const ERAS: readonly Era[] = ['2017', '2020', '2024'];
