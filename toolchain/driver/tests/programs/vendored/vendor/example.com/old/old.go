package old

func Loop() (list []func() int) {
	for i := 0; i < 3; i++ {
		list = append(list, func() int { return i })
	}
	return list
}
