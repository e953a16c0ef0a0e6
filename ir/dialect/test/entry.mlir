lf.entry "main" {
}
