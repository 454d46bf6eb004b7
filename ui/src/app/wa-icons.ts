import { registerIconLibrary } from '@awesome.me/webawesome/dist/components/icon/library.js';
import sprite from './wa-sprite.svg?url';

// Web Awesome would fetch its icons from a public host (default) or from data: addresses (system), which the page policy forbids. Both come from one local file.
const local = { resolver: (name: string) => `${sprite}#${name}`, spriteSheet: true };
registerIconLibrary('default', local);
registerIconLibrary('system', local);
