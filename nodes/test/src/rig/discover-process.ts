// Discovery as a process on a host of the LAN. Prints who is there, as JSON lines, whenever that changes; somebody looks all the time.
import { createLogger } from '@mantel/runtime/logger.ts';
import { type Advert, startDiscovery } from '@mantel/runtime/discovery/discovery.ts';

const { advertise, browse, id } = JSON.parse(process.env.MANTEL_RIG ?? '') as { advertise?: Advert; browse: 'coordinator' | 'worker'; id?: string };
const print = (): void => { console.log(`found ${JSON.stringify({ at: Date.now(), found: discovery.found() })}`); };
const discovery = startDiscovery({ ...(advertise ? { advertise } : {}), browse, onChange: print, log: createLogger(id ?? 'discovery') });
const looking = setInterval(() => discovery.found(), 1000);
process.on('SIGUSR2', () => discovery.advertise(null)).on('SIGTERM', () => {
  clearInterval(looking);
  void discovery.stop().then(() => { console.log('stopped'); process.exit(0); });
});
