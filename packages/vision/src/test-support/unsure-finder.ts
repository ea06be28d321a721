// The program of a process that always wants to look closer.
process.on('message', () => process.send?.({ faces: [], isSure: false, rssBytes: 0 }));
process.on('disconnect', () => process.exit());
