/** Every word that Mantel says in the dashboard. Plurals are { one, other } and take `n`. */
export const en = {
  'app.name': 'Mantel',
  'app.skip': 'Skip to the content',
  'app.unreachable': 'Mantel does not answer',
  'app.unreachable.text': 'Your photos are safe. Check that the machine is switched on and in the same network, then try again.',
  'app.notFound': 'There is no page here',
  'app.notFound.text': 'The address may be mistyped, or what it showed is gone.',
  'app.toPhotos': 'To the photos',
  'app.retry': 'Try again',
  'app.offline': 'Not connected. Trying again…',
  'app.pageFailed': 'This page could not be loaded',
  'app.forbidden': 'This page is for admins',
  'app.forbidden.text': 'Ask the person who runs this Mantel.',
  'common.cancel': 'Cancel', 'common.save': 'Save', 'common.close': 'Close', 'common.undo': 'Undo', 'common.back': 'Back', 'common.next': 'Next', 'common.saved': 'Saved.', 'common.name': 'Name', 'common.email': 'E-mail', 'common.password': 'Password', 'common.loading': 'Loading…',
  'nav.main': 'Main', 'nav.photos': 'Photos', 'nav.favourites': 'Favourites', 'nav.archive': 'Archive', 'nav.trash': 'Trash', 'nav.library': 'Library', 'nav.settings': 'Settings', 'nav.users': 'Users', 'nav.jobs': 'Jobs and workers', 'nav.admin': 'Admin', 'nav.account': 'Account of {name}', 'nav.logout': 'Sign out', 'nav.upload': 'Upload', 'nav.uploadFiles': 'Files…', 'nav.uploadFolder': 'A folder…',
  'theme.label': 'Theme', 'theme.system': 'As the system', 'theme.light': 'Light', 'theme.dark': 'Dark',

  'login.title': 'Sign in', 'login.submit': 'Sign in', 'login.capsLock': 'Caps lock is on.', 'login.wait': 'Too many tries. You can try again in {s} s.', 'login.help': 'Forgot your password? An admin of this Mantel can set a new one.',

  'setup.title': 'Welcome to Mantel', 'setup.intro': 'A home for your family’s photos, on your own hardware. This takes a minute.',
  'setup.step': 'Step {a} of {b}',
 'setup.code.label': 'Code', 'setup.code.text': 'When Mantel starts for the first time, scripts/start prints an address with a code in it. Open that address, or type the code here.',
  'setup.code.wrong': 'This code is not the right one.',
  'setup.you.title': 'You', 'setup.you.text': 'You will run this Mantel: you can add people, and see jobs and storage.', 'setup.you.hint': 'At least 8 characters. A short sentence is easy to remember and hard to guess.',
  'setup.strength.short': 'Too short: {n} more', 'setup.strength.weak': 'Easy to guess', 'setup.strength.fair': 'All right', 'setup.strength.good': 'Good',
  'setup.family.title': 'Your family’s library', 'setup.family.label': 'Name of the shared library', 'setup.family.hint': 'Everybody’s photos come together here. It is also the name of a folder on the disk.', 'setup.family.default': 'Family',
  'setup.where.title': 'Where your photos will lie', 'setup.where.free': '{free} free of {total}', 'setup.finish': 'Finish',
  'setup.done.title': 'Ready', 'setup.done.text': 'Drop photos anywhere on the page, or add more people first.', 'setup.done.photos': 'To your photos', 'setup.done.people': 'Add people',


  'timeline.photos.empty': 'No photos yet. Drop some anywhere on this page.', 'timeline.favourites.empty': 'Photos that you mark with a heart come together here.', 'timeline.archive.empty': 'Archived photos stay here, out of the timeline.', 'timeline.trash.empty': 'The trash is empty.',
  'timeline.trash.note': 'Nothing is removed for ever yet: what lies here stays until you restore it.',
  'timeline.upload': 'Choose photos', 'timeline.error': 'The timeline could not be loaded', 'timeline.grid': 'Photos and videos, newest first',
  'timeline.tile': '{kind}, {date}', 'timeline.tile.photo': 'Photo', 'timeline.tile.video': 'Video', 'timeline.tile.duration': 'Video of {time}', 'timeline.tile.favourite': 'favourite', 'timeline.tile.waiting': 'preview is being made', 'timeline.tile.failed': 'cannot be shown', 'timeline.tile.loading': 'loading',
  'timeline.scrubber': 'Jump to a date', 'timeline.selectDay': 'Select {day}',
  'select.count': { one: '{n} selected', other: '{n} selected' }, 'select.clear': 'Clear the selection', 'select.favourite': 'Add to favourites', 'select.unfavourite': 'Remove from favourites', 'select.archive': 'Archive', 'select.unarchive': 'Move back to the timeline', 'select.trash': 'Move to trash', 'select.restore': 'Restore', 'select.download': 'Download',
  'select.tooMany': 'At most {n} at a time. Select fewer and try again.',
  'did.trashed': { one: '{n} item moved to the trash.', other: '{n} items moved to the trash.' }, 'did.restored': { one: '{n} item restored.', other: '{n} items restored.' }, 'did.archived': { one: '{n} item archived.', other: '{n} items archived.' }, 'did.unarchived': { one: '{n} item is back in the timeline.', other: '{n} items are back in the timeline.' }, 'did.favourited': { one: '{n} item added to favourites.', other: '{n} items added to favourites.' }, 'did.unfavourited': { one: '{n} item removed from favourites.', other: '{n} items removed from favourites.' },

  'viewer.label': 'Photo viewer', 'viewer.close': 'Close', 'viewer.previous': 'Previous', 'viewer.next': 'Next', 'viewer.info': 'Info', 'viewer.favourite': 'Favourite', 'viewer.archive': 'Archive', 'viewer.unarchive': 'Move back to the timeline', 'viewer.trash': 'Move to trash', 'viewer.restore': 'Restore', 'viewer.download': 'Download original', 'viewer.original': 'Open original in a new tab', 'viewer.gone': 'This photo is not here any more, or you may not see it.',
  'viewer.waiting': 'The preview is still being made. The original is safe and can be downloaded.', 'viewer.failed': 'This file cannot be shown', 'viewer.failed.text': 'The original is kept as it came and can be downloaded.', 'viewer.videoFailed': 'This browser cannot play this video. The original can be downloaded.', 'viewer.error': 'This photo could not be loaded',
  'problem.undecodable': 'It cannot be decoded: it may be damaged, or of a kind that Mantel does not know.', 'problem.too_large': 'It is larger than Mantel can decode safely.', 'problem.truncated': 'A part of the file is missing; what is there is shown.', 'problem.wrong_extension': 'The file name does not fit its content.', 'problem.no_date': 'No date of capture was found in the file.', 'problem.no_facts': 'Nothing about the capture was found in the file.',
  'info.title': 'Info', 'info.titleField': 'Title', 'info.description': 'Description', 'info.descriptionHint': 'Add a description', 'info.titleHint': 'Add a title', 'info.rating': 'Rating', 'info.stars': { one: '{n} star', other: '{n} stars' }, 'info.noRating': 'No rating', 'info.rejected': 'Rejected',
  'info.date': 'Date', 'info.zoneUnknown': 'time zone not known', 'info.file': 'File', 'info.camera': 'Camera', 'info.place': 'Place', 'info.altitude': '{n} m above sea level', 'info.library': 'Library', 'info.from': 'Contributed by', 'info.contribution': '{name}, {when}', 'info.device': 'from {device}', 'info.tags': 'Tags', 'info.technical': 'Technical details', 'info.readOnly': 'You can look at this library, but not change it.', 'info.problems': 'Good to know', 'info.trashed': 'In the trash since {when}',
  'source.user': 'set by hand', 'source.exif': 'from the camera', 'source.xmp': 'from XMP in the file', 'source.iptc': 'from IPTC in the file', 'source.quicktime': 'from the video', 'source.png': 'from the PNG file', 'source.file': 'from the file’s own time', 'source.upload': 'the time of upload, as nothing else is known',
  'role.original': 'Original', 'role.live': 'Live clip', 'role.edited': 'Edited', 'role.raw': 'RAW',

  'upload.title': 'Upload', 'upload.drop': 'Drop to add to {library}', 'upload.dropHint': 'Photos, videos and whole folders', 'upload.to': 'Add to', 'upload.progress': '{done} of {total}', 'upload.rate': '{rate}/s', 'upload.left': '{time} left', 'upload.retry': 'Try failed ones again', 'upload.cancelAll': 'Cancel', 'upload.cancelOne': 'Cancel {name}', 'upload.finished': 'Upload finished', 'upload.running': 'Adding to {library}', 'upload.hide': 'Close',
  'upload.added': { one: '{n} added', other: '{n} added' }, 'upload.here': { one: '{n} was here already', other: '{n} were here already' }, 'upload.refused': { one: '{n} could not be kept', other: '{n} could not be kept' }, 'upload.cancelled': { one: '{n} cancelled', other: '{n} cancelled' },
  'upload.state.queued': 'Waiting', 'upload.state.sending': 'Sending', 'upload.state.created': 'Added', 'upload.state.duplicate': 'Was here already', 'upload.state.trashed': 'Lies in the trash', 'upload.state.failed': 'Could not be kept', 'upload.state.cancelled': 'Cancelled',
  'upload.network': 'The connection broke. Nothing was stored; try again.', 'upload.more': { one: 'and {n} more', other: 'and {n} more' }, 'upload.noLibrary': 'There is no library that you may add to.', 'upload.nothing': 'No files were found in what you dropped.', 'upload.unreadable': { one: '{n} folder could not be read.', other: '{n} folders could not be read.' },

 'settings.you': 'You', 'settings.password': 'Password', 'settings.password.current': 'Current password', 'settings.password.next': 'New password', 'settings.password.change': 'Change password', 'settings.password.changed': 'Password changed. Your other sessions are signed out.',
  'settings.sessions': 'Where you are signed in', 'settings.sessions.current': 'This browser', 'settings.sessions.end': 'Sign out', 'settings.sessions.seen': 'active {when}', 'settings.sessions.endOf': 'Sign out {device}',
  'settings.libraries': 'Libraries', 'settings.libraries.show': 'Show in my timeline', 'settings.libraries.default': 'My uploads go here', 'settings.appearance': 'Appearance',
  'library.personal': 'Only yours', 'library.shared': 'Shared', 'library.locked': 'Locked', 'library.external': 'Read only', 'library.items': { one: '{n} item', other: '{n} items' }, 'library.members': { one: '{n} person', other: '{n} people' },

 'users.add': 'Add a person', 'users.add.text': 'They get a library of their own and a place in the shared one.', 'users.role': 'Role', 'users.role.admin': 'Admin', 'users.role.member': 'Member', 'users.off': 'Switched off', 'users.since': 'since {when}', 'users.edit': 'Change', 'users.edit.title': 'Change {name}', 'users.disable': 'Switch the account off', 'users.disableHint': 'They cannot sign in any more. Their photos stay.', 'users.reset': 'Set a new password', 'users.reset.title': 'New password for {name}', 'users.reset.text': 'All their sessions end. Tell them the new password; they can change it in their settings.', 'users.reset.done': 'New password set for {name}.', 'users.added': '{name} can sign in now.', 'users.you': 'You', 'users.actions': 'Actions for {name}',

 'jobs.kind.preview': 'Previews', 'jobs.kind.preview.text': 'Thumbnails and previews of photos and videos', 'jobs.waiting': 'waiting', 'jobs.running': 'running', 'jobs.failed': 'given up', 'jobs.done': 'done in 24 h', 'jobs.rate': '{rate} per minute', 'jobs.left': '{time} left', 'jobs.idle': 'Nothing to do', 'jobs.paused': 'Paused', 'jobs.stalled': 'Waiting for a worker', 'jobs.working': 'Working', 'jobs.pause': 'Pause', 'jobs.resume': 'Resume', 'jobs.retry': 'Try given-up ones again', 'jobs.cancel': 'Drop the waiting ones', 'jobs.cancel.title': 'Drop the waiting jobs?', 'jobs.cancel.text': { one: '{n} photo will stay without a preview until it is asked for again. The originals are not touched.', other: '{n} photos will stay without a preview until they are asked for again. The originals are not touched.' }, 'jobs.cancel.do': 'Drop them', 'jobs.retried': { one: '{n} job is waiting again.', other: '{n} jobs are waiting again.' }, 'jobs.cancelled': { one: '{n} job dropped.', other: '{n} jobs dropped.' },
  'jobs.failedList': 'Given up', 'jobs.failedList.none': 'No job has been given up.', 'jobs.attempts': { one: '{n} try', other: '{n} tries' }, 'jobs.open': 'Open {name}',
  'nodes.title': 'Workers', 'nodes.none': 'No worker has said hello yet. Previews wait until one does.', 'nodes.local': 'this machine', 'nodes.online': 'Ready', 'nodes.busy': 'Working', 'nodes.lost': 'Out of reach', 'nodes.running': { one: '{n} job', other: '{n} jobs' }, 'nodes.seen': 'seen {when}', 'nodes.version': 'version {v}',
  'storage.title': 'Storage', 'storage.free': '{free} free of {total}', 'storage.missing': 'The disk with the photos is not there. Nothing is written until it is back.', 'storage.originals': 'Originals', 'storage.derived': 'Previews', 'storage.other': 'Other files', 'storage.items': { one: '{n} photo or video', other: '{n} photos and videos' }, 'storage.data': 'Photos lie in', 'storage.state': 'Database lies in',
  'library.page.text': 'Everything that is not in the timeline, and the house itself.',

  'time.now': 'just now', 'time.minutes': { one: '{n} minute ago', other: '{n} minutes ago' }, 'time.today': 'today {time}', 'time.yesterday': 'yesterday {time}', 'time.left.seconds': '{n} s', 'time.left.minutes': '{n} min', 'time.left.hours': '{h} h {m} min',
} as const;
