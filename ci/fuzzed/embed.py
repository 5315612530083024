"""go:embed over random trees: hidden and vendored names, links, folders that are modules, patterns of every form. What Go refuses has to be
refused."""
import random

REFUSED_TOO = True

NAMES = ['a', 'b.txt', 'c.html', '.hid', '_under', 'Ä.txt', 'sp ace', 'x-1.2', 'vendor', 'testdata', 'deep', 'a[b]', 'd+,@!', '~t~', 'z.gox']
# Those that Go embeds under no circumstances, or that make a folder a module of its own.
ODD = ['go.mod', "q'", '.git', 'CON', 'a*c', 'back`', 'win\\\\s']


class Gen:
    def __init__(self, seed): self.r = random.Random(seed)

    def tree(self, at, depth):
        for name in self.r.sample(NAMES, self.r.randint(1, 5)) + [self.r.choice(ODD) for _ in range(self.r.random() < .04)]:
            path = f'{at}/{name}' if at else name
            if path == 'go.mod': continue
            self.paths.append(path)
            k = self.r.random()
            if k < .4 and depth and name != 'go.mod': self.tree(path, depth - 1)
            elif k < .41: self.files[path] = ('link', self.r.choice(['main.go', '/etc/hostname', '..', 'nothing', 'a']))
            else: self.files[path] = f'{path}\n' * self.r.randint(0, 3)

    def pattern(self):
        r = self.r
        p = r.choice(self.paths)
        k = r.random()
        if k < .15: p = '*'
        elif k < .3: p = p.rsplit('/', 1)[0] + '/*' if '/' in p else p[:1] + '*'
        elif k < .32: p = r.choice(['.', '..', '/etc/hostname', 'none', './' + p, p + '/', '[a-c]*', '?', '[', '', 'a//b'])
        if r.random() < .2: p = 'all:' + p
        if ' ' in p or r.random() < .2:
            return '"' + p.replace('\\', '\\\\').replace('"', '\\"') + '"' if '`' in p or r.random() < .5 else f'`{p}`'
        return p

    def program(self, functions):
        self.files, self.paths = {'go.mod': 'module example.com/m\n\ngo 1.27\n'}, []
        self.tree('', 3)
        decls, uses = [], []
        # One wrong pattern refuses all: few of them.
        for i in range(self.r.randint(1, 3)):
            patterns = ' '.join(self.pattern() for _ in range(self.r.choice([1, 1, 1, 2])))
            kind = self.r.choice(['embed.FS', 'embed.FS', 'embed.FS', 'string', '[]byte'])
            decls.append(f'//go:embed {patterns}\nvar v{i} {kind}')
            uses.append(f'\tshow(v{i})' if kind == 'embed.FS' else f'\tfmt.Printf("%q\\n", v{i})')
        self.files['main.go'] = '\n\n'.join(['''package main

import (
	"embed"
	"fmt"
	"io/fs"
)''', *decls, '''func show(fsys embed.FS) {
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		info, _ := d.Info()
		data, e := fs.ReadFile(fsys, path)
		fmt.Printf("%q %v %d %q %v %v\\n", path, info.Mode(), info.Size(), data, e, err)
		return nil
	})
	fmt.Println(err)
}''', 'func main() {', *uses, '}', ''])
        return self.files


def program(seed, functions):
    return Gen(seed).program(functions)
