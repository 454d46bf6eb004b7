/**
 * Signs of an export of Google Photos, for sources that would take its photos without what the export says of them.
 * A path as it lies in an archive, or as a file lies on the disk.
 */
export const takeoutInArchive = (path: string): boolean => /^Takeout\/./.test(path);
export const takeoutOnDisk = (path: string): boolean => /(^|\/)archive_browser\.html$|\.supplemental-m[a-z]*(\(\d+\))?\.json$/i.test(path) || /(^|\/)Takeout\/.+\.[a-z0-9]{3,4}(\.[a-z-]+)?(\(\d+\))?\.json$/i.test(path);
