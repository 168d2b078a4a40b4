// Follows the feed with the npm package: follow_eventsource.mjs PACKAGE_FOLDER URL. Tells each event as a line of JSON.
import {createRequire} from 'node:module';
const {EventSource} = createRequire(process.argv[2] + '/')('eventsource');
setInterval(() => {}, 1000); // the package lets a program end while it waits to connect again
new EventSource(process.argv[3]).onmessage = event =>
    console.log(JSON.stringify({...JSON.parse(event.data), seen: Date.now()}));
