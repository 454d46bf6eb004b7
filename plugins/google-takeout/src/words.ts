// Words that Google writes in the language of the account. A help only: structure, flags and titles are asked first, so that a language that is not here works, too.

/** Suffix of an edited rendition, without the dash. */
export const EDITED = [
  'edited', 'bearbeitet', 'modifié', 'modifiée', 'modificato', 'modificata', 'edytowane', 'edytowany', 'bewerkt', '編集済み', '编辑', '已修改', '已編輯', '已编辑', 'ha editado', 'editado', 'editada', 'editat', 'muokattu', 'düzenlendi',
  'измененный', 'изменено', 'отредактировано', 'redigeret', 'redigert', 'redigerad', 'upravené', 'upraveno', 'uprav', 'szerkesztett', 'επεξεργασμένο', '수정됨', 'แก้ไขแล้ว', 'đã chỉnh sửa', 'відредаговано', 'редактирано', 'uređeno', 'urejeno', 'נערך', 'تم تعديلها', 'telah diedit', 'diedit', 'breytt',
];
/** Google makes these from photos and gives them sidecars of their own. */
export const CREATIONS = /-(?:COLLAGE|ANIMATION|MOVIE|EFFECTS|SMILE|MIX|PANO|STYLED|POP_OUT|CINEMATIC|HDR|STABILIZED|PHOTO_?SPHERE)\b/;

export const ARCHIVE = ['archive', 'archiv', 'archivo', 'arquivo', 'archivio', 'archief', 'архив', 'архів', 'archiwum', 'archív', 'arxiu', 'arkiv', 'arkisto', 'arşiv', 'archívum', 'arhiva', 'arhiv', 'αρχείο', '档案', '归档', '封存', '封存檔案', '已归档', 'アーカイブ', '보관', '보관함', 'ที่เก็บถาวร', 'lưu trữ', 'ארכיון', 'الأرشيف', 'arsip'];
export const TRASH = ['trash', 'bin', 'papierkorb', 'papelera', 'lixeira', 'lixo', 'reciclagem', 'cestino', 'corbeille', 'prullenbak', 'корзина', 'кошик', 'кошче', 'kosz', 'koš', 'kôš', 'paperera', 'papperskorg', 'papperskorgen', 'papirkurv', 'papirkurven', 'papperskorgen', 'roskakori', 'çöp kutusu', 'çöp', 'kuka', 'lomtár', 'coș de gunoi', 'smeće', 'koš za smeti', 'κάδος', 'κάδος απορριμμάτων', '回收站', '垃圾桶', '垃圾箱', 'ゴミ箱', '휴지통', 'ถังขยะ', 'thùng rác', 'אשפה', 'المهملات', 'sampah'];
export const LOCKED = [
  'locked folder', 'gesperrter ordner', 'carpeta con contraseña', 'carpeta privada', 'carpeta bloqueada', 'pasta trancada', 'pasta bloqueada', 'cartella bloccata', 'cartella protetta', 'dossier verrouillé', 'vergrendelde map', 'личная папка', 'заблокированная папка', 'закрытая папка', 'особиста папка', 'folder zablokowany', 'zablokowany folder', 'folder z blokadą',
  'uzamčená složka', 'uzamknutý priečinok', 'carpeta bloquejada', 'låst mapp', 'låst mappe', 'lukittu kansio', 'kilitli klasör', 'zárolt mappa', 'dosar blocat', 'κλειδωμένος φάκελος', '锁定的文件夹', '已锁定的文件夹', '已鎖定的資料夾', '鎖定的資料夾', 'ロックされたフォルダ', 'ロックされたフォルダー', 'ロック フォルダ', '잠긴 폴더', 'โฟลเดอร์ที่ล็อก', 'thư mục bị khoá', 'thư mục khóa', 'תיקייה נעולה', 'المجلد المقفل', 'folder terkunci',
];
export const FAILED = ['failed videos', 'fehlgeschlagene videos', 'videos fallidos', 'vídeos fallidos', 'vídeos com falha', 'video non riusciti', 'vidéos ayant échoué', 'échec des vidéos', 'mislukte video’s', "mislukte video's", 'неудачные видео', 'nieudane filmy', '失敗した動画', '失败的视频', '失敗的影片', 'vídeos amb errors', 'misslyckade videor', 'mislykkede videoer', 'epäonnistuneet videot', 'başarısız videolar', 'neúspěšná videa'];

export const UNTITLED = [
  'untitled', 'unbenannt', 'ohne titel', 'sans titre', 'sin título', 'sem título', 'senza titolo', 'zonder titel', 'naamloos', 'без названия', 'без назви', 'без заглавие', 'bez tytułu', 'bez nazwy', 'bez názvu', 'sense títol', 'namnlöst', 'namnlös', 'utan titel', 'uten tittel', 'uten navn', 'uden titel', 'ikke navngivet', 'nimetön', 'adsız', 'başlıksız', 'névtelen', 'cím nélkül', 'fără titlu', 'bez naslova', 'neimenovano', 'χωρίς τίτλο', '无标题', '未命名', '無題', '無標題', '제목 없음', 'ไม่มีชื่อ', 'không có tiêu đề', 'ללא שם', 'بدون عنوان', 'tanpa judul',
];
/** What stands around the year in the name of a year folder, `#` for the year. */
export const YEAR_TEMPLATES = [
  'photos from #', 'fotos von #', 'fotos aus #', 'fotos aus dem jahr #', 'photos de #', 'photos du #', 'fotos de #', 'fotos del #', 'fotos del año #', 'fotos do #', "foto's uit #", 'foto’s uit #', "foto's van #", 'foto’s van #', 'foto dal #', 'foto del #', 'foto di #', 'foto da #', 'zdjęcia z #', 'zdjęcia z roku #', 'фото за # год', 'фотографии за # год', 'фото #', 'фото от # г', 'фото с # г', 'фото за # рік', 'фото за # р', 'снимки от #', 'fotky z roku #', 'fotografie z roku #', 'fotky z r #',
  'foton från #', 'bilder från #', 'bilder fra #', 'billeder fra #', 'kuvat vuodelta #', 'kuvia vuodelta #', '# yılından fotoğraflar', '# tarihli fotoğraflar', '# yılına ait fotoğraflar', 'fényképek #', '# fotók', 'fotografii din #', 'fotografije iz #', 'φωτογραφίες από το #', 'φωτογραφίες από #', '# 年の写真', '#年の写真', '#年的照片', '# 年的照片', '来自 # 年的照片', '来自 # 的照片', '#년 사진', '#년의 사진', 'รูปภาพจาก #', 'รูปภาพจากปี #', 'ảnh từ #', 'ảnh từ năm #', 'תמונות מ-#', 'תמונות משנת #', 'صور من #', 'foto dari #', 'fotos del #', 'fotografies de #', 'fotos d’en #',
];
/** Photos, in the name of the product. */
export const PHOTOS = /photo|foto|fotky|fotó|fotoğraf|kuvat|bilder|billeder|zdj[eę]cia|снимки|фото|φωτο|slike|フォト|写真|相册|相簿|照片|포토|사진|รูปภาพ|ภาพ|ảnh|תמונות|صور|फ़ोटो|ফটো/iu;
